package dev.mayfly.registry.code;

/** A zip that will not be deployed. The message is for whoever made it. */
final class BadZipException extends Exception {
    private static final long serialVersionUID = 1L;

    private BadZipException(String message) {
        super(message);
    }

    /** Damaged, or no zip at all. */
    static BadZipException corrupt(String how) {
        return new BadZipException(
                "Could not unzip uploaded file. Please check your file, then try to upload again. (" + how + ")");
    }

    /** A zip in order, but not one to deploy. */
    static BadZipException refused(String why) {
        return new BadZipException("Could not deploy the uploaded zip: " + why + ".");
    }

    static BadZipException tooLarge(long limit) {
        return new BadZipException("Unzipped size must be smaller than " + limit + " bytes");
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
