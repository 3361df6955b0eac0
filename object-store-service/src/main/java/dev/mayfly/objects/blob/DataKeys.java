package dev.mayfly.objects.blob;

import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.objects.ObjectsProperties;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Keys in three layers: the installation's master key, which is configured, seals a key of each account, which seals a key of
 * each blob. A new master key therefore costs a row an account.
 */
@Component
public class DataKeys implements ApplicationRunner {
    private static final Logger log = LoggerFactory.getLogger(DataKeys.class);
    private static final String DATA_KEY = "mayfly object data key";
    private static final String ACCOUNT_KEY = "mayfly object account key ";

    private final JdbcClient jdbc;
    private final @Nullable Sealer master;
    private final List<Sealer> former;
    private final ConcurrentHashMap<String, Sealer> accounts = new ConcurrentHashMap<>();

    DataKeys(JdbcClient jdbc, ObjectsProperties properties) {
        this.jdbc = jdbc;
        String key = properties.masterKey();
        this.master = key == null || key.isBlank() ? null : Sealer.of(key);
        this.former = properties.formerMasterKeys().stream()
                .filter(one -> !one.isBlank())
                .map(Sealer::of)
                .toList();
    }

    /** Whether there is a master key. */
    public boolean isAble() {
        return master != null;
    }

    /** A new key, sealed by that of an account. */
    public DataKey of(String account) {
        return make(accountSealer(account), account);
    }

    /** A new key, sealed by a customer's. */
    public DataKey of(byte[] customerKey) {
        return make(Sealer.of(Base64.getEncoder().encodeToString(customerKey)), null);
    }

    private static DataKey make(Sealer sealer, @Nullable String account) {
        byte[] key = Base64.getDecoder().decode(Sealer.newKey());
        return new DataKey(key, sealer.seal(key, DATA_KEY), account);
    }

    /** @throws IOException when it was sealed by another, or a customer's is needed and not there */
    DataKey open(String sealed, @Nullable String account, byte @Nullable [] customerKey) throws IOException {
        Sealer sealer;
        if (account != null) {
            sealer = accountSealer(account);
        } else if (customerKey != null) {
            sealer = Sealer.of(Base64.getEncoder().encodeToString(customerKey));
        } else {
            throw new IOException("What is encrypted with a customer's key cannot be read without it");
        }
        try {
            return new DataKey(sealer.open(sealed, DATA_KEY), sealed, account);
        } catch (InvalidSealException e) {
            throw new IOException("A data key was sealed with another key", e);
        }
    }

    /** Whether a key that an account's key sealed can still be had. */
    boolean isThere(String sealed, String account) {
        try {
            open(sealed, account, null);
            return true;
        } catch (IOException | LostKeyException e) {
            log.debug("A key of {} is lost", account, e);
            return false;
        }
    }

    /** Accounts whose key no configured master key opens. */
    List<String> lostAccounts() {
        return jdbc
                .sql("SELECT account_id, sealed FROM account_key")
                .query((row, number) -> Map.entry(row.getString("account_id"), row.getString("sealed")))
                .list()
                .stream()
                .filter(one -> !opens(one.getKey(), one.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private boolean opens(String account, String sealed) {
        try {
            unseal(account, sealed);
            return true;
        } catch (LostKeyException e) {
            log.debug("The key of {} is lost", account, e);
            return false;
        }
    }

    /** A row's bytes with the key that opens them. */
    static byte[] withKey(DataKey key, byte[] bytes, int length) {
        byte[] account = key.account() == null ? new byte[0] : key.account().getBytes(StandardCharsets.UTF_8);
        byte[] sealedKey = key.sealed().getBytes(StandardCharsets.UTF_8);
        byte[] sealed = key.seal(0, bytes, length);
        return ByteBuffer.allocate(2 + account.length + sealedKey.length + sealed.length)
                .put((byte) account.length)
                .put((byte) sealedKey.length)
                .put(account)
                .put(sealedKey)
                .put(sealed)
                .array();
    }

    /** Takes {@link #withKey} apart. */
    byte[] openRow(byte[] row, byte @Nullable [] customerKey) throws IOException {
        int accountLength = row[0] & 0xFF;
        int keyLength = row[1] & 0xFF;
        String account = new String(row, 2, accountLength, StandardCharsets.UTF_8);
        String sealed = new String(row, 2 + accountLength, keyLength, StandardCharsets.UTF_8);
        DataKey key = open(sealed, account.isEmpty() ? null : account, customerKey);
        int offset = 2 + accountLength + keyLength;
        return key.open(new java.util.UUID(0, 0), 0, row, offset, row.length - offset);
    }

    private Sealer accountSealer(String account) {
        return accounts.computeIfAbsent(account, this::load);
    }

    private Sealer load(String account) {
        Optional<String> sealed = find(account);
        if (sealed.isEmpty()) {
            byte[] key = Base64.getDecoder().decode(Sealer.newKey());
            jdbc.sql("INSERT INTO account_key (account_id, sealed) VALUES (?, ?) ON CONFLICT (account_id) DO NOTHING")
                    .params(account, master().seal(key, ACCOUNT_KEY + account))
                    .update();
            sealed = find(account);
        }
        return unseal(account, sealed.orElseThrow());
    }

    private Optional<String> find(String account) {
        return jdbc.sql("SELECT sealed FROM account_key WHERE account_id = ?")
                .param(account)
                .query(String.class)
                .optional();
    }

    private Sealer unseal(String account, String sealed) {
        try {
            return sealer(master().open(sealed, ACCOUNT_KEY + account));
        } catch (InvalidSealException e) {
            byte[] key = unsealWithFormer(account, sealed);
            jdbc.sql("UPDATE account_key SET sealed = ? WHERE account_id = ? AND sealed = ?")
                    .params(master().seal(key, ACCOUNT_KEY + account), account, sealed)
                    .update();
            return sealer(key);
        }
    }

    private byte[] unsealWithFormer(String account, String sealed) {
        for (Sealer one : former) {
            try {
                return one.open(sealed, ACCOUNT_KEY + account);
            } catch (InvalidSealException e) {
                log.debug("Not under this former master key", e);
            }
        }
        throw new LostKeyException("The key of the account " + account
                + " is sealed with a master key that is neither mayfly.objects.master-key nor one of the former");
    }

    private static Sealer sealer(byte[] key) {
        return Sealer.of(Base64.getEncoder().encodeToString(key));
    }

    private Sealer master() {
        if (master == null) {
            throw new LostKeyException("mayfly.objects.master-key is not set, and an object needs it");
        }
        return master;
    }

    /** Seals every account's key with the new master key when former ones are configured. */
    @Override
    public void run(ApplicationArguments arguments) {
        if (master == null || former.isEmpty()) {
            return;
        }
        long all =
                jdbc.sql("SELECT count(*) FROM account_key").query(Long.class).single();
        List<String> lost = lostAccounts();
        if (lost.isEmpty()) {
            log.info("The keys of {} accounts are sealed with the master key; the former ones are needed no more", all);
        } else {
            log.error("No master key that is configured opens the keys of the accounts {}: keep looking for it", lost);
        }
    }

    /** What only a key that is not configured can read. */
    static final class LostKeyException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        LostKeyException(String message) {
            super(message);
        }
    }
}
