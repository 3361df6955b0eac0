def lambda_handler(event, context):
    print("hello from", context.function_name)
    name = (event or {}).get("name", "world")
    return {"message": f"Hello, {name}!", "requestId": context.aws_request_id}
