package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.LimitsContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class PythonContainerLimitsTest extends LimitsContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new PythonContainers();
    }
}
