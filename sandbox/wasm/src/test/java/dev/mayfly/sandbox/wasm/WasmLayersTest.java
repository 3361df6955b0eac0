package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.LayersContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmLayersTest extends LayersContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
