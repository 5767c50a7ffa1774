using Node.Biz;

return await BizProcess.RunAsync(args);
