"""Does what the program aws does, for each line of a file of JSON lists of arguments; tells how each ended."""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver

cli = create_clidriver()
for line in open(sys.argv[1]):
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            code = cli.main(json.loads(line))
        except SystemExit as end:
            code = end.code
    print(json.dumps({"exitCode": code, "output": output.getvalue()}))
