package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.CleanupContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmCleanupTest extends CleanupContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
