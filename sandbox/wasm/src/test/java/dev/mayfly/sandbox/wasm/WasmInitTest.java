package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmInitTest extends InitContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
