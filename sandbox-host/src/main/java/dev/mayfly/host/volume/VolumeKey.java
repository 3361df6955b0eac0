package dev.mayfly.host.volume;

import java.nio.file.Path;

/** One account's volume. */
record VolumeKey(String accountId, String volume) {
    private static final String ACCOUNT = "\\d{12}";
    private static final String VOLUME = "fsap-[a-f0-9]{17}";

    VolumeKey {
        if (!isKey(accountId, volume)) {
            throw new IllegalArgumentException("Not a volume: " + accountId + "/" + volume);
        }
    }

    static boolean isKey(String accountId, String volume) {
        return accountId.matches(ACCOUNT) && volume.matches(VOLUME);
    }

    Path in(Path folder) {
        return folder.resolve(accountId).resolve(volume);
    }

    /** {@code ACCOUNT/VOLUME} */
    @Override
    public String toString() {
        return accountId + "/" + volume;
    }
}
