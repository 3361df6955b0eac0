package dev.mayfly.registry.functions;

import dev.mayfly.contracts.function.FunctionVersion;
import dev.mayfly.registry.code.CodeUses;
import dev.mayfly.registry.functions.Preparations.Task;
import dev.mayfly.registry.publication.Commits;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Component;

/** What becomes of a version that was to be prepared. Each end is one transaction, and happens once. */
@Component
class PreparationEnd {
    private final Preparations preparations;
    private final DeployedFunctions functions;
    private final PublishedVersions versions;
    private final CodeUses uses;
    private final VersionPublication publication;
    private final Commits commits;

    PreparationEnd(
            Preparations preparations,
            DeployedFunctions functions,
            PublishedVersions versions,
            CodeUses uses,
            VersionPublication publication,
            Commits commits) {
        this.preparations = preparations;
        this.functions = functions;
        this.versions = versions;
        this.uses = uses;
        this.publication = publication;
        this.commits = commits;
    }

    void prepared(Task task) {
        end(task, DeployedFunction::prepared, status -> FunctionStatus.READY);
    }

    /** @param code one of the Lambda API's StateReasonCodes */
    void failed(Task task, String reason, String code) {
        end(task, function -> function.failed(reason, code), status -> status.failed(reason, code));
    }

    /** The version has changed or gone. */
    void dropped(Task task) {
        commits.run(() -> preparations.end(task));
    }

    private void end(Task task, Consumer<DeployedFunction> latest, UnaryOperator<FunctionStatus> published) {
        commits.run(() -> {
            if (!preparations.end(task)) {
                return;
            }
            preparations.version(task).ifPresent(version -> {
                if (task.version().equals(FunctionVersion.LATEST)) {
                    functions.findById(task.functionId()).ifPresent(function -> end(function, latest));
                } else {
                    end(task.functionId(), version.with(newRevision(), published.apply(version.status())));
                }
            });
        });
    }

    private void end(DeployedFunction function, Consumer<DeployedFunction> change) {
        change.accept(function);
        DeployedFunction saved = functions.saveAndFlush(function);
        if (!saved.isUpdating()) {
            uses.set(saved.id(), FunctionVersion.LATEST, Publishing.digests(saved.snapshot()));
            publication.changed(saved.version());
        }
    }

    private void end(UUID functionId, FunctionSnapshot version) {
        versions.replace(functionId, version);
        publication.changed(version.version());
    }

    private static String newRevision() {
        return UUID.randomUUID().toString();
    }
}
