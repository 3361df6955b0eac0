/* A runtime for JavaScript as a WebAssembly module: QuickJS, which calls the handler of /var/task/index.js. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "quickjs.h"

static char *all_of(FILE *in, size_t *length) {
    size_t room = 1 << 16, used = 0, now;
    char *text = malloc(room);
    while ((now = fread(text + used, 1, room - used - 1, in)) > 0)
        if ((used += now) + 1 == room) text = realloc(text, room *= 2);
    text[used] = 0;
    *length = used;
    return text;
}

static JSValue log_line(JSContext *js, JSValue self, int count, JSValue *values) {
    for (int i = 0; i < count; i++) {
        const char *text = JS_ToCString(js, values[i]);
        fprintf(stderr, "%s%s", i ? " " : "", text ? text : "?");
        JS_FreeCString(js, text);
    }
    fputc('\n', stderr);
    return JS_UNDEFINED;
}

/* Lambda's error object on the standard output, and a status that is not 0: that is how a module reports an error. */
static int fail(JSContext *js, JSValue error) {
    JSValue object = JS_NewObject(js);
    JSValue message = JS_GetPropertyStr(js, error, "message");
    JSValue type = JS_GetPropertyStr(js, error, "name");
    JS_SetPropertyStr(js, object, "errorMessage", JS_IsString(message) ? message : JS_ToString(js, error));
    JS_SetPropertyStr(js, object, "errorType", JS_IsString(type) ? type : JS_NewString(js, "Error"));
    JSValue text = JS_JSONStringify(js, object, JS_UNDEFINED, JS_UNDEFINED);
    printf("%s", JS_ToCString(js, text));
    return 1;
}

static const char main_module[] =
    "import { handler } from '/var/task/index.js';\n"
    "globalThis.answer = Promise.resolve(handler(event, context)).then(value => JSON.stringify(value) ?? 'null');\n";

static JSModuleDef *load(JSContext *js, const char *name, void *data) {
    FILE *in = fopen(name, "r");
    if (!in) { JS_ThrowReferenceError(js, "Cannot find module '%s'", name); return NULL; }
    size_t length;
    char *source = all_of(in, &length);
    fclose(in);
    JSValue module = JS_Eval(js, source, length, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
    return JS_IsException(module) ? NULL : JS_VALUE_GET_PTR(module);
}

int main(void) {
    JSRuntime *runtime = JS_NewRuntime();
    JS_SetMaxStackSize(runtime, 256 << 10);
    JS_SetModuleLoaderFunc(runtime, NULL, load, NULL);
    JSContext *js = JS_NewContext(runtime);
    JSValue global = JS_GetGlobalObject(js), console = JS_NewObject(js), context = JS_NewObject(js);
    static const char *names[] = {"log", "info", "warn", "error", "debug"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        JS_SetPropertyStr(js, console, names[i], JS_NewCFunction(js, log_line, names[i], 1));
    static const char *variables[][2] = {{"functionName", "AWS_LAMBDA_FUNCTION_NAME"},
        {"awsRequestId", "LAMBDA_RUNTIME_AWS_REQUEST_ID"}, {"invokedFunctionArn", "LAMBDA_RUNTIME_INVOKED_FUNCTION_ARN"}};
    for (unsigned i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i][1]);
        if (value) JS_SetPropertyStr(js, context, variables[i][0], JS_NewString(js, value));
    }
    size_t length;
    char *event = all_of(stdin, &length);
    JSValue parsed = length ? JS_ParseJSON(js, event, length, "event") : JS_NULL;
    if (JS_IsException(parsed)) return fail(js, JS_GetException(js));
    JS_SetPropertyStr(js, global, "console", console);
    JS_SetPropertyStr(js, global, "context", context);
    JS_SetPropertyStr(js, global, "event", parsed);
    JSValue ran = JS_Eval(js, main_module, sizeof main_module - 1, "<main>", JS_EVAL_TYPE_MODULE);
    if (JS_IsException(ran)) return fail(js, JS_GetException(js));
    JSContext *any;
    while (JS_ExecutePendingJob(runtime, &any) > 0) {}
    if (JS_PromiseState(js, ran) == JS_PROMISE_REJECTED) return fail(js, JS_PromiseResult(js, ran));
    JSValue answer = JS_GetPropertyStr(js, global, "answer");
    JSValue result = JS_PromiseResult(js, answer);
    if (JS_PromiseState(js, answer) != JS_PROMISE_FULFILLED) return fail(js, result);
    printf("%s", JS_ToCString(js, result));
    return 0;
}
