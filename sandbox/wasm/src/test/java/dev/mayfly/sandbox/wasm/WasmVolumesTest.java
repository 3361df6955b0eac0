package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import dev.mayfly.sandbox.contract.VolumesContract;

class WasmVolumesTest extends VolumesContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
