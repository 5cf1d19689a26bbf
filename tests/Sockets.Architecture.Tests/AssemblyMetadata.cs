using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Sockets.Architecture.Tests;

/// <summary>A built assembly as metadata: which types refer to which, in signatures and in method bodies.</summary>
internal sealed class AssemblyMetadata : IDisposable
{
    private readonly FileStream _stream;
    private readonly PEReader _image;
    private readonly MetadataReader _metadata;

    public AssemblyMetadata(Assembly assembly)
    {
        _stream = File.OpenRead(assembly.Location);
        _image = new PEReader(_stream);
        _metadata = _image.GetMetadataReader();
    }

    public IEnumerable<string> ReferencedAssemblies =>
        _metadata.AssemblyReferences.Select(handle => _metadata.GetString(_metadata.GetAssemblyReference(handle).Name));

    /// <summary>Full names of all types of other assemblies that are referred to.</summary>
    public IEnumerable<string> ReferencedTypes => _metadata.TypeReferences.Select(FullName);

    /// <summary>For each type of the assembly (nested types count as their outermost one): the types it refers to.</summary>
    public Dictionary<string, HashSet<string>> Dependencies()
    {
        Dictionary<string, HashSet<string>> all = [];
        foreach (MemberUse member in Members())
        {
            if (!all.TryGetValue(member.Type, out HashSet<string>? seen))
                all[member.Type] = seen = [];
            seen.UnionWith(member.Types);
        }

        return all;
    }

    /// <summary>What each member refers to. What the compiler made of lambdas, iterators and asynchronous methods counts as the member it was made from.</summary>
    public IEnumerable<MemberUse> Members()
    {
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            foreach (MemberUse member in Members(handle))
                yield return member;
        }
    }

    public void Dispose()
    {
        _image.Dispose();
        _stream.Dispose();
    }

    private IEnumerable<MemberUse> Members(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        string outermost = OutermostName(handle);
        MemberUse inheritance = new(outermost, MemberName(type, ""));
        var names = new TypeNames(this, inheritance);
        names.Add(type.BaseType);
        foreach (InterfaceImplementationHandle implementation in type.GetInterfaceImplementations())
            names.Add(_metadata.GetInterfaceImplementation(implementation).Interface);
        yield return inheritance;

        // The class that caches delegates has a field for each; the methods behind them say all there is.
        if (!_metadata.GetString(type.Name).StartsWith("<>c", StringComparison.Ordinal))
        {
            foreach (FieldDefinitionHandle field in type.GetFields())
            {
                FieldDefinition definition = _metadata.GetFieldDefinition(field);
                MemberUse use = new(outermost, MemberName(type, _metadata.GetString(definition.Name)));
                definition.DecodeSignature(new TypeNames(this, use), null);
                yield return use;
            }
        }

        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            MethodDefinition definition = _metadata.GetMethodDefinition(method);
            MemberUse use = new(outermost, MemberName(type, _metadata.GetString(definition.Name)));
            var seen = new TypeNames(this, use);
            definition.DecodeSignature(seen, null);
            if (definition.RelativeVirtualAddress != 0)
                WalkBody(_image.GetMethodBody(definition.RelativeVirtualAddress), seen);
            yield return use;
        }
    }

    /// <summary>The name in the source: of a method, or of the one inside whose angle brackets the compiler put it.</summary>
    private string MemberName(TypeDefinition type, string name)
    {
        if (SourceName(name) is { } own)
            return own;
        for (; !type.GetDeclaringType().IsNil; type = _metadata.GetTypeDefinition(type.GetDeclaringType()))
        {
            if (SourceName(_metadata.GetString(type.Name)) is { } outer)
                return outer;
        }

        return name;
    }

    private static string? SourceName(string name) =>
        name.StartsWith('<') && name.IndexOf('>', StringComparison.Ordinal) is var end and > 1 && !name.EndsWith("k__BackingField", StringComparison.Ordinal) ? name[1..end] : null;

    private void WalkBody(MethodBodyBlock body, TypeNames names)
    {
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(names, null);
        foreach (ExceptionRegion region in body.ExceptionRegions)
            names.Add(region.CatchType);
        foreach (EntityHandle token in Instructions.Tokens(body.GetILReader()))
            WalkToken(token, names);
    }

    private void WalkToken(EntityHandle token, TypeNames names)
    {
        switch (token.Kind)
        {
            case HandleKind.MethodDefinition:
                MethodDefinition method = _metadata.GetMethodDefinition((MethodDefinitionHandle)token);
                names.Add(method.GetDeclaringType());
                names.AddCall(OutermostName(method.GetDeclaringType()), _metadata.GetString(method.Name));
                method.DecodeSignature(names, null);
                break;
            case HandleKind.FieldDefinition:
                names.Add(_metadata.GetFieldDefinition((FieldDefinitionHandle)token).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                MemberReference member = _metadata.GetMemberReference((MemberReferenceHandle)token);
                names.Add(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method)
                {
                    member.DecodeMethodSignature(names, null);
                    if (member.Parent.Kind == HandleKind.TypeReference)
                        names.AddCall(FullName((TypeReferenceHandle)member.Parent), _metadata.GetString(member.Name));
                }
                else
                {
                    member.DecodeFieldSignature(names, null);
                }

                break;
            case HandleKind.MethodSpecification:
                MethodSpecification specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)token);
                specification.DecodeSignature(names, null);
                WalkToken(specification.Method, names);
                break;
            default:
                names.Add(token);
                break;
        }
    }

    private string OutermostName(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        return Name(type.Namespace, type.Name);
    }

    private string FullName(TypeReferenceHandle handle)
    {
        TypeReference type = _metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? FullName((TypeReferenceHandle)type.ResolutionScope)
            : Name(type.Namespace, type.Name);
    }

    private string Name(StringHandle space, StringHandle name) => $"{_metadata.GetString(space)}.{_metadata.GetString(name)}";

    /// <summary>Takes down the name of every type that decoding a signature comes across.</summary>
    private sealed class TypeNames(AssemblyMetadata owner, MemberUse use) : ISignatureTypeProvider<int, object?>
    {
        public void Add(EntityHandle handle)
        {
            if (handle.IsNil)
                return;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    use.Types.Add(owner.OutermostName((TypeDefinitionHandle)handle));
                    break;
                case HandleKind.TypeReference:
                    use.Types.Add(owner.FullName((TypeReferenceHandle)handle));
                    break;
                case HandleKind.TypeSpecification:
                    owner._metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
            }
        }

        public void AddCall(string type, string method) => use.Calls.Add($"{type}.{method}");

        public int GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Take(handle);

        public int GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Take(handle);

        public int GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => Take(handle);

        public int GetSZArrayType(int elementType) => 0;

        public int GetArrayType(int elementType, ArrayShape shape) => 0;

        public int GetByReferenceType(int elementType) => 0;

        public int GetPointerType(int elementType) => 0;

        public int GetPinnedType(int elementType) => 0;

        public int GetFunctionPointerType(MethodSignature<int> signature) => 0;

        public int GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) => 0;

        public int GetGenericMethodParameter(object? genericContext, int index) => 0;

        public int GetGenericTypeParameter(object? genericContext, int index) => 0;

        public int GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

        public int GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

        private int Take(EntityHandle handle)
        {
            Add(handle);
            return 0;
        }
    }
}
