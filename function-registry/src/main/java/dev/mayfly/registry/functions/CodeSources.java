package dev.mayfly.registry.functions;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.code.CodeContents;
import dev.mayfly.registry.code.CodeIntake;
import dev.mayfly.registry.code.CodeStorage;
import dev.mayfly.registry.code.Upload;
import dev.mayfly.registry.images.ImageIntake;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.LambdaError;
import dev.mayfly.registry.layers.LayerUse;
import java.util.List;
import org.springframework.stereotype.Component;

/** Takes in the code that a request names, and checks it against what the account may store. */
@Component
class CodeSources {
    private final CodeIntake intake;
    private final ImageIntake images;
    private final CodeStorage storage;
    private final RegistryProperties properties;

    CodeSources(CodeIntake intake, ImageIntake images, CodeStorage storage, RegistryProperties properties) {
        this.intake = intake;
        this.images = images;
        this.storage = storage;
        this.properties = properties;
    }

    /**
     * Fetches and checks it; nothing is kept yet.
     *
     * @param replaced bytes of the code that goes
     */
    FunctionCode check(FunctionSettings settings, CodeRequest from, Upload upload, long replaced, Caller caller) {
        if (settings.isImage()) {
            return image(from, upload, replaced, caller);
        }
        if (from.imageUri() != null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Please don't provide ImageUri when the packageType is Zip.");
        }
        CodeIntake.Checked checked = intake.check(upload, from.s3Bucket(), from.s3Key(), caller);
        var code = new FunctionCode(checked.sha256(), checked.size(), checked.contents(), null, null);
        Runtimes.checkCode(settings.runtime(), settings.handler(), code.contents());
        checkUnzipped(code, settings.options().layers());
        storage.check(caller.accountId(), code.size() - replaced);
        return code;
    }

    private FunctionCode image(CodeRequest from, Upload upload, long replaced, Caller caller) {
        if (from.imageUri() == null || upload.isPresent() || from.s3Bucket() != null || from.s3Key() != null) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Please provide ImageUri, and no other source, when the" + " packageType is Image.");
        }
        ImageIntake.Image image = images.fetch(from.imageUri(), upload, caller);
        storage.check(caller.accountId(), image.size() - replaced);
        return new FunctionCode(
                image.sha256(), image.size(), CodeContents.OF_IMAGE, from.imageUri(), image.resolvedUri());
    }

    /** Keeps what {@link #check} found until the deployment is committed. */
    void keep(Upload upload, FunctionCode code) {
        intake.keep(upload, code.sha256());
    }

    /** Code and layers together must fit. */
    void checkUnzipped(FunctionCode code, List<LayerUse> layers) {
        long limit = properties.limits().unzipped().toBytes();
        long actual = code.contents().unzipped()
                + layers.stream().mapToLong(LayerUse::unzipped).sum();
        if (!layers.isEmpty() && actual > limit) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with(
                    "Function code combined with layers exceeds the maximum allowed size of " + limit
                            + " bytes. The actual size is " + actual + " bytes.");
        }
    }
}
