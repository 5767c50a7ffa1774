using Node.Connect;

await using NodeHost node = NodeHost.Create(args);
await node.RunAsync();
