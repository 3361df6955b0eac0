package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.guests.PythonGuests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Containers that were started before their function was known. Shells are there as long as the technology is open. */
public final class PythonShells extends ContainersUnderTest {
    public PythonShells() {
        super(new PythonGuests(), folder -> OciTechnology.container(OciSettings.container(folder)));
    }

    @Override
    public List<String> traces(Path folder) throws IOException {
        boolean open = Files.exists(new Home(OciSettings.container(folder)).root());
        return open ? List.of() : super.traces(folder);
    }
}
