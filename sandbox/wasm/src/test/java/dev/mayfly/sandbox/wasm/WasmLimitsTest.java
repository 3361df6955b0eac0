package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.LimitsContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmLimitsTest extends LimitsContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
