package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class ProvidedContainerInvocationTest extends InvocationContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new ProvidedContainers();
    }
}
