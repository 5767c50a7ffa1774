using Node.Connect;

return await NodeProcess.RunAsync(args);
