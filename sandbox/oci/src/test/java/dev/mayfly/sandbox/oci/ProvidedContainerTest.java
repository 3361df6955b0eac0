package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.EnvironmentContract;
import dev.mayfly.sandbox.contract.ExtensionsContract;
import dev.mayfly.sandbox.contract.HttpLinkContract;
import dev.mayfly.sandbox.contract.ImageContract;
import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.StreamingContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import org.junit.jupiter.api.Nested;

class ProvidedContainerTest {
    @Nested
    class Environment extends EnvironmentContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedContainers();
        }
    }

    @Nested
    class Init extends InitContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedContainers();
        }
    }

    @Nested
    class Invocation extends InvocationContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedContainers();
        }
    }

    @Nested
    class HttpLink extends HttpLinkContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedContainers();
        }
    }

    @Nested
    class Image extends ImageContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedContainers();
        }
    }

    @Nested
    class Extensions extends ExtensionsContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedContainers();
        }
    }

    @Nested
    class Streaming extends StreamingContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedContainers();
        }
    }
}
