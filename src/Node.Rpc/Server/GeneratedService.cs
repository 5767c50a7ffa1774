using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Node.Rpc;

/// <summary>What generated code knows of a service: found by the attribute that it puts on the service's base.</summary>
internal static class GeneratedService
{
    /// <returns>The service's own description.</returns>
    /// <exception cref="ArgumentException">No base of the type was generated from a service.</exception>
    public static ServiceDescriptor Bind(object service, ServiceBinderBase binder)
    {
        for (Type? type = service.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute) continue;
            MethodInfo? bind = attribute.BindType.GetMethod(attribute.BindMethodName, [typeof(ServiceBinderBase), type]);
            PropertyInfo? descriptor = attribute.BindType.GetProperty("Descriptor", typeof(ServiceDescriptor));
            if (bind is null || descriptor is null) break;
            bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [binder, service], null);
            return (ServiceDescriptor)descriptor.GetValue(null)!;
        }

        throw new ArgumentException($"{service.GetType()} does not derive from the generated base of a service", nameof(service));
    }
}
