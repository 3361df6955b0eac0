package dev.mayfly.billing.rating;

import dev.mayfly.billing.BillingSettings;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class RatingConfiguration {
    @Bean
    PriceList priceList(BillingSettings settings) throws IOException {
        try (InputStream yaml = settings.billing().prices().getInputStream()) {
            return PriceList.read(yaml);
        }
    }
}
