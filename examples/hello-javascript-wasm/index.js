// A function in JavaScript that runs in the wasm tier: its engine, QuickJS, is the module.
export function handler(event, context) {
  console.error(`hello from ${context.functionName}`);
  return { message: "Hello from JavaScript!", sorted: (event.numbers ?? []).toSorted((a, b) => a - b) };
}
