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
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            string name = OutermostName(handle);
            if (!all.TryGetValue(name, out HashSet<string>? seen))
                all[name] = seen = [];
            Walk(_metadata.GetTypeDefinition(handle), new TypeNames(this, seen));
        }

        return all;
    }

    public void Dispose()
    {
        _image.Dispose();
        _stream.Dispose();
    }

    private void Walk(TypeDefinition type, TypeNames names)
    {
        names.Add(type.BaseType);
        foreach (InterfaceImplementationHandle handle in type.GetInterfaceImplementations())
            names.Add(_metadata.GetInterfaceImplementation(handle).Interface);
        foreach (FieldDefinitionHandle handle in type.GetFields())
            _metadata.GetFieldDefinition(handle).DecodeSignature(names, null);
        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = _metadata.GetMethodDefinition(handle);
            method.DecodeSignature(names, null);
            if (method.RelativeVirtualAddress != 0)
                WalkBody(_image.GetMethodBody(method.RelativeVirtualAddress), names);
        }
    }

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
                method.DecodeSignature(names, null);
                break;
            case HandleKind.FieldDefinition:
                names.Add(_metadata.GetFieldDefinition((FieldDefinitionHandle)token).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                MemberReference member = _metadata.GetMemberReference((MemberReferenceHandle)token);
                names.Add(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method)
                    member.DecodeMethodSignature(names, null);
                else
                    member.DecodeFieldSignature(names, null);
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
    private sealed class TypeNames(AssemblyMetadata owner, HashSet<string> seen) : ISignatureTypeProvider<int, object?>
    {
        public void Add(EntityHandle handle)
        {
            if (handle.IsNil)
                return;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition:
                    seen.Add(owner.OutermostName((TypeDefinitionHandle)handle));
                    break;
                case HandleKind.TypeReference:
                    seen.Add(owner.FullName((TypeReferenceHandle)handle));
                    break;
                case HandleKind.TypeSpecification:
                    owner._metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
            }
        }

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
