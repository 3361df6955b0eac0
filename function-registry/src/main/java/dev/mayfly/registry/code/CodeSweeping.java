package dev.mayfly.registry.code;

import dev.mayfly.registry.RegistryProperties;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.IntervalTask;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

/** Looks for unused code now and then. */
@Configuration
@EnableScheduling
class CodeSweeping implements SchedulingConfigurer {
    private final CodeHolds holds;
    private final RegistryProperties properties;

    CodeSweeping(CodeHolds holds, RegistryProperties properties) {
        this.holds = holds;
        this.properties = properties;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        var pause = properties.codeKeeping().sweep();
        registrar.addFixedDelayTask(new IntervalTask(holds::sweep, pause, pause));
    }
}
