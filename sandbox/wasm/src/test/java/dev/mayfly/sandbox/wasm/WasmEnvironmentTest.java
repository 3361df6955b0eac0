package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.EnvironmentContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmEnvironmentTest extends EnvironmentContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
