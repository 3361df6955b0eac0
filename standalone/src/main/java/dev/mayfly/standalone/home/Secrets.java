package dev.mayfly.standalone.home;

import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The secrets of an installation, made at its first start and kept since.
 *
 * @param trustKey Base64, 32 bytes; under it services vouch for requests to each other
 * @param masterKey Base64, 32 bytes; seals the access keys' secrets
 * @param objectKey Base64, 32 bytes; seals the keys of encrypted objects
 * @param formerObjectKeys those that were replaced, kept as {@code object-key.former} and whatever follows that: what they sealed is
 *     sealed anew at the start
 * @param postgresPassword of PostgreSQL's superuser
 * @param databasePasswords by role
 */
public record Secrets(
        String trustKey,
        String masterKey,
        String objectKey,
        List<String> formerObjectKeys,
        String postgresPassword,
        Map<String, String> databasePasswords) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String FORMER_OBJECT_KEY = "object-key.former";
    private static final String DATABASE_PASSWORD = "database-password.";

    /** Reads the secrets; makes and keeps those that are not there yet. */
    public static Secrets loadOrCreate(Home home, Iterable<String> databaseRoles) throws IOException {
        var kept = new LinkedHashMap<>(SecretFile.read(home.keysFile()));
        int before = kept.size();
        String trust = secret(kept, "trust-key", Secrets::newKey);
        String master = secret(kept, "master-key", Secrets::newKey);
        String object = secret(kept, "object-key", Secrets::newKey);
        String postgres = secret(kept, "postgres-password", Secrets::newPassword);
        var passwords = new LinkedHashMap<String, String>();
        for (String role : databaseRoles) {
            passwords.put(role, secret(kept, DATABASE_PASSWORD + role, Secrets::newPassword));
        }
        if (kept.size() != before) {
            SecretFile.write(
                    home.keysFile(), "Without these, what is stored cannot be read. Keep them with the data.", kept);
        }
        SecretFile.protect(home.keysFile());
        List<String> former = kept.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(FORMER_OBJECT_KEY))
                .map(Map.Entry::getValue)
                .toList();
        return new Secrets(trust, master, object, former, postgres, Map.copyOf(passwords));
    }

    /** Whether an installation has been started here before. */
    public static boolean exist(Home home) {
        return Files.exists(home.keysFile());
    }

    private static String secret(Map<String, String> kept, String name, Supplier<String> fresh) {
        return kept.computeIfAbsent(name, ignored -> fresh.get());
    }

    private static String newKey() {
        return Base64.getEncoder().encodeToString(random(32));
    }

    private static String newPassword() {
        return HexFormat.of().formatHex(random(24));
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
