package dev.mayfly.objects.keyvalue;

import dev.mayfly.objects.background.BackgroundWork;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** Tells the bill now and then what stores hold. Any number of services may: a change is told once. */
@Component
class Telling extends BackgroundWork {
    private final KeyValueService service;
    private final KeyValueSettings settings;

    Telling(KeyValueService service, KeyValueSettings settings, MeterRegistry metrics) {
        super("key-value-usage", metrics);
        this.service = service;
        this.settings = settings;
    }

    @Override
    protected void begin() {
        repeat(settings.tellInterval(), service::tell, "What stores of keys and values hold will be told later");
    }
}
