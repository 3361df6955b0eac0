package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class ProvidedContainerInitTest extends InitContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new ProvidedContainers();
    }
}
