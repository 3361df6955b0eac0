package dev.mayfly.objects.volume;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(VolumeSettings.class)
class VolumeConfiguration {}
