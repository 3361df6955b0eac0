package dev.mayfly.identity.accesskey;

import dev.mayfly.contracts.identity.AccessKeyRecord;
import dev.mayfly.contracts.identity.FormSignature;
import dev.mayfly.contracts.identity.Role;
import dev.mayfly.contracts.trust.InvalidSealException;
import dev.mayfly.contracts.trust.Sealer;
import dev.mayfly.identity.IdentitySettings;
import dev.mayfly.identity.caller.Problem;
import dev.mayfly.identity.publication.ChangeLog;
import dev.mayfly.identity.publication.Feed;
import dev.mayfly.identity.publication.States;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes and changes access keys. Every change is told to the suite: it is noted in the same transaction. */
@Service
public class AccessKeys implements States {
    private static final String PREFIX = "AKIA";
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int RANDOM_CHARACTERS = 16;
    private static final int SECRET_BYTES = 30;

    private final AccessKeyRepository keys;
    private final ChangeLog changes;
    private final Sealer masterKey;
    private final IdentitySettings settings;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    AccessKeys(AccessKeyRepository keys, ChangeLog changes, Sealer masterKey, IdentitySettings settings, Clock clock) {
        this.keys = keys;
        this.changes = changes;
        this.masterKey = masterKey;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Makes a key.
     *
     * @throws Problem 409 when the account has as many as it may
     */
    @Transactional
    public NewAccessKey create(String accountId, Role role) {
        List<AccessKey> existing = locked(accountId);
        if (existing.size() >= settings.maxKeysPerAccount()) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    "Account " + accountId + " has " + existing.size()
                            + " access keys, which is the limit. Delete one that is not used.");
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return store(newId(), Base64.getEncoder().encodeToString(secret), accountId, role);
    }

    /** Makes an owner key whose id and secret somebody chose. */
    @Transactional
    public void bootstrap(String accountId, String id, String secret) {
        store(id, secret, accountId, Role.OWNER);
    }

    private NewAccessKey store(String id, String secret, String accountId, Role role) {
        String sealed = masterKey.seal(secret.getBytes(StandardCharsets.UTF_8), AccessKeyRecord.sealContext(id));
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        keys.save(new AccessKey(id, accountId, role, sealed, now));
        changes.note(Feed.ACCESS_KEYS, id);
        return new NewAccessKey(id, secret, accountId, AccessKeyView.nameOf(role), true, now);
    }

    /** The account's keys, oldest first. */
    @Transactional(readOnly = true)
    public List<AccessKeyView> list(String accountId) {
        return keys.findByAccountIdOrderByCreatedAtAscIdAsc(accountId).stream()
                .map(AccessKey::view)
                .toList();
    }

    /**
     * Switches a key on or off.
     *
     * @throws Problem 404 when the account has no such key, 409 when it is the last active owner key
     */
    @Transactional
    public AccessKeyView activate(String accountId, String id, boolean active) {
        AccessKey key = find(locked(accountId), accountId, id, !active);
        key.activate(active);
        changes.note(Feed.ACCESS_KEYS, id);
        return key.view();
    }

    /**
     * Deletes a key.
     *
     * @throws Problem as {@link #activate}
     */
    @Transactional
    public void delete(String accountId, String id) {
        keys.delete(find(locked(accountId), accountId, id, true));
        changes.note(Feed.ACCESS_KEYS, id);
    }

    /** What the gateway needs to know of a key. */
    @Transactional(readOnly = true)
    public Optional<AccessKeyRecord> find(String id) {
        return keys.findById(id).map(AccessKey::toRecord);
    }

    /** Whether the key's holder made the signature. */
    boolean isBy(FormSignature signature, AccessKeyRecord key) {
        try {
            byte[] secret = masterKey.open(key.sealedSecret(), AccessKeyRecord.sealContext(key.accessKeyId()));
            return signature.isBy(new String(secret, StandardCharsets.UTF_8));
        } catch (InvalidSealException e) {
            throw new IllegalStateException("The secret of " + key.accessKeyId() + " does not open", e);
        }
    }

    @Override
    public Feed feed() {
        return Feed.ACCESS_KEYS;
    }

    @Override
    @Transactional(readOnly = true)
    public Map<String, AccessKeyRecord> states(Collection<String> ids) {
        return keys.findByIdIn(ids).stream()
                .map(AccessKey::toRecord)
                .collect(Collectors.toMap(AccessKeyRecord::accessKeyId, key -> key));
    }

    /** The account's keys, which nobody else changes until this transaction ends. */
    private List<AccessKey> locked(String accountId) {
        if (keys.lockAccount(accountId).isEmpty()) {
            throw new Problem(HttpStatus.NOT_FOUND, "There is no account " + accountId + ".");
        }
        return keys.findByAccountIdOrderByCreatedAtAscIdAsc(accountId);
    }

    private static AccessKey find(List<AccessKey> ofAccount, String accountId, String id, boolean takenAway) {
        AccessKey key = ofAccount.stream()
                .filter(candidate -> candidate.id().equals(id))
                .findFirst()
                .orElseThrow(() ->
                        new Problem(HttpStatus.NOT_FOUND, "Account " + accountId + " has no access key " + id + "."));
        long owners = ofAccount.stream().filter(AccessKey::isActiveOwner).count();
        if (takenAway && key.isActiveOwner() && owners == 1) {
            throw new Problem(
                    HttpStatus.CONFLICT,
                    id + " is the last active owner key of account " + accountId
                            + ". Make another owner key first, or nobody could administer the account.");
        }
        return key;
    }

    private String newId() {
        var id = new StringBuilder(PREFIX);
        for (int i = 0; i < RANDOM_CHARACTERS; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
