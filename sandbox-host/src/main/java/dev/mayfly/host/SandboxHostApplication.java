package dev.mayfly.host;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the sandbox host. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class SandboxHostApplication {
    public static void main(String[] args) {
        SpringApplication.run(SandboxHostApplication.class, args);
    }
}
