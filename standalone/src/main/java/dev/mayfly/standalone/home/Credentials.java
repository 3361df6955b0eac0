package dev.mayfly.standalone.home;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The owner key of the default account, for the person at this machine.
 *
 * @param accessKeyId {@code AKIA...}, 20 characters
 * @param secretAccessKey 40 characters
 */
public record Credentials(String accessKeyId, String secretAccessKey) {
    private static final String ID = "access_key_id";
    private static final String SECRET = "secret_access_key";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What an earlier start made, if there was one. */
    public static Optional<Credentials> load(Home home) throws IOException {
        Map<String, String> values = SecretFile.read(home.credentialsFile());
        String id = values.get(ID);
        String secret = values.get(SECRET);
        return id == null || secret == null ? Optional.empty() : Optional.of(new Credentials(id, secret));
    }

    public static Credentials loadOrCreate(Home home) throws IOException {
        Optional<Credentials> kept = load(home);
        if (kept.isPresent()) {
            SecretFile.protect(home.credentialsFile());
            return kept.get();
        }
        var fresh = new Credentials(newId(), newSecret());
        var values = new LinkedHashMap<String, String>();
        values.put(ID, fresh.accessKeyId());
        values.put(SECRET, fresh.secretAccessKey());
        SecretFile.write(home.credentialsFile(), "Owner key of account 000000000000. See: ./mayfly env", values);
        return fresh;
    }

    private static String newId() {
        var id = new StringBuilder("AKIA");
        for (int i = 0; i < 16; i++) {
            id.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }

    private static String newSecret() {
        byte[] bytes = new byte[30];
        RANDOM.nextBytes(bytes);
        // No '+' or '/': they survive every shell, URL and configuration file.
        return Base64.getUrlEncoder().encodeToString(bytes).replace('-', 'x').replace('_', 'y');
    }
}
