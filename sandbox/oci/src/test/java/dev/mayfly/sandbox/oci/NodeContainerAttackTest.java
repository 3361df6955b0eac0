package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.AttackContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class NodeContainerAttackTest extends AttackContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new NodeContainers();
    }
}
