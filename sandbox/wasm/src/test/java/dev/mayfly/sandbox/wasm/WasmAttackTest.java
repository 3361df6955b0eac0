package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.AttackContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmAttackTest extends AttackContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
