(module (memory (export "memory") 1) (table $t 1 externref)
  (func (export "_start") (loop $again (drop (table.grow $t (ref.null extern) (i32.const 1000000))) (br $again))))
