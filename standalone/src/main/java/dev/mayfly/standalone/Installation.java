package dev.mayfly.standalone;

import dev.mayfly.standalone.home.Credentials;
import dev.mayfly.standalone.home.Home;
import dev.mayfly.standalone.home.Secrets;
import dev.mayfly.standalone.home.Settings;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All that the components of one installation are made from. */
record Installation(
        Settings settings,
        Home home,
        Distribution distribution,
        Secrets secrets,
        Credentials credentials,
        AotCaches aotCaches,
        String mark) {

    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR");

    static Installation open(Settings settings, Distribution distribution, String mark) throws IOException {
        var home = new Home(settings.home());
        home.create();
        return new Installation(
                settings,
                home,
                distribution,
                Secrets.loadOrCreate(home, ServiceCatalog.databaseRoles()),
                Credentials.loadOrCreate(home),
                new AotCaches(home.aotCaches(), settings.aotCaches()),
                mark);
    }

    /** What every process sees of the environment the suite was started in. */
    Map<String, String> inheritedEnvironment() {
        var inherited = new HashMap<String, String>();
        System.getenv().forEach((name, value) -> {
            if (INHERITED.contains(name) || name.startsWith("MAYFLY_")) {
                inherited.put(name, value);
            }
        });
        return inherited;
    }
}
