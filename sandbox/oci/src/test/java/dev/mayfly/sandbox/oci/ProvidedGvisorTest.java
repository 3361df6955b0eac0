package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.HttpLinkContract;
import dev.mayfly.sandbox.contract.ImageContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import org.junit.jupiter.api.Nested;

class ProvidedGvisorTest {
    @Nested
    class HttpLink extends HttpLinkContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedGvisors();
        }
    }

    @Nested
    class Image extends ImageContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedGvisors();
        }
    }
}
