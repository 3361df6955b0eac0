package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.CleanupContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class NodeContainerCleanupTest extends CleanupContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new NodeContainers();
    }
}
