package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.NetworkContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmNetworkTest extends NetworkContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
