package dev.mayfly.objects;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The object store's process. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class ObjectStoreApplication {
    public static void main(String[] args) {
        SpringApplication.run(ObjectStoreApplication.class, args);
    }
}
