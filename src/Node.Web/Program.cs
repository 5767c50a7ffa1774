using Node.Web;

return await WebProcess.RunAsync(args);
