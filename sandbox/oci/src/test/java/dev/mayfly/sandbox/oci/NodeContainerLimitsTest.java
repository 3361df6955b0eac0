package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.LimitsContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class NodeContainerLimitsTest extends LimitsContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new NodeContainers();
    }
}
