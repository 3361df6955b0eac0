package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class PythonContainerInitTest extends InitContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new PythonContainers();
    }
}
