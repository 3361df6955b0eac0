export const handler = async (event, context) => {
  console.log('hello from', context.functionName);
  return { message: `Hello, ${event?.name ?? 'world'}!`, requestId: context.awsRequestId };
};
