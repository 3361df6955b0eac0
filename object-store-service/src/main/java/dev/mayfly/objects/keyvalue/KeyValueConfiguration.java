package dev.mayfly.objects.keyvalue;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(KeyValueSettings.class)
class KeyValueConfiguration {}
