package dev.mayfly.objects.keyvalue;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Tells the bill now and then what stores hold. Any number of services may: a change is told once. */
@Component
class Telling implements DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(Telling.class);

    private final KeyValueService service;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("key-value-usage").factory());

    Telling(KeyValueService service, KeyValueSettings settings) {
        this.service = service;
        long interval = settings.tellInterval().toMillis();
        timer.scheduleWithFixedDelay(this::tell, interval, interval, TimeUnit.MILLISECONDS);
    }

    private void tell() {
        try {
            service.tell();
        } catch (DataAccessException | TransactionException e) {
            log.warn("What stores of keys and values hold will be told later: {}", e.toString());
        }
    }

    @Override
    public void destroy() {
        timer.shutdownNow();
    }
}
