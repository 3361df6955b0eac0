//! A WebAssembly function in Rust: the event comes on stdin, the answer goes to stdout, the log to stderr.
use std::collections::BTreeMap;
use std::io::Read;

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out + "\""
}

fn main() -> std::io::Result<()> {
    let mut event = String::new();
    std::io::stdin().read_to_string(&mut event)?;
    eprintln!("hello from Rust, {} bytes in", event.len());

    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for word in event.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *words.entry(word).or_default() += 1;
    }
    // Each invocation has an empty /tmp of its own.
    std::fs::write("/tmp/words", format!("{words:?}"))?;
    let kept = std::fs::read_to_string("/tmp/words")?;
    println!("{{\"message\": \"Hello from Rust!\", \"words\": {}, \"kept\": {}}}", words.len(), quoted(&kept));
    Ok(())
}
