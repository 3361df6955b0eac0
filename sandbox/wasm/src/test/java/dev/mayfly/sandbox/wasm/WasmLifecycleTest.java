package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.LifecycleContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmLifecycleTest extends LifecycleContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
