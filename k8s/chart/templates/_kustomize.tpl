{{/*
Reads the kustomizations of k8s/base and k8s/components, so that the chart and kustomize deploy the same objects. Supports what
those folders use: resources, configMapGenerator and secretGenerator (envs, files, literals, behavior merge, the labels of options), JSON
patches (add, replace, remove) and `$patch: delete` with a target, nameSuffix, and labels with selectors. Anything else is an error.

The argument `state` of these templates is a dict with the results: `objects` (list), `maps` and `secrets` (data by name).
*/}}

{{/* The text of a file of the chart. Arguments: state, path. */}}
{{- define "chat.file" -}}
{{- $text := .state.files.Get (clean .path) -}}
{{- if not $text }}{{ fail (printf "the chart has no file %s" (clean .path)) }}{{ end -}}
{{- $text -}}
{{- end -}}

{{/* Adds the objects of a folder, or of one file. Arguments: state, path. */}}
{{- define "chat.add" -}}
{{- if hasSuffix ".yaml" .path -}}
  {{- range $text := include "chat.file" . | splitList "\n---\n" -}}
    {{- $object := fromYaml $text -}}
    {{- if hasKey $object "Error" }}{{ fail (printf "%s: %s" $.path $object.Error) }}{{ end -}}
    {{- $_ := set $.state "objects" (append $.state.objects $object) -}}
  {{- end -}}
{{- else -}}
  {{- include "chat.add-folder" . -}}
{{- end -}}
{{- end -}}

{{- define "chat.add-folder" -}}
{{- $known := list "apiVersion" "kind" "resources" "configMapGenerator" "secretGenerator" "patches" "nameSuffix" "labels" -}}
{{- $before := len .state.objects -}}
{{- $kustomization := include "chat.file" (dict "state" .state "path" (printf "%s/kustomization.yaml" .path)) | fromYaml -}}
{{- range $key, $_ := $kustomization -}}
  {{- if not (has $key $known) }}{{ fail (printf "%s/kustomization.yaml: the chart does not support `%s`" $.path $key) }}{{ end -}}
{{- end -}}
{{- range $kustomization.resources -}}
  {{- include "chat.add" (dict "state" $.state "path" (clean (printf "%s/%s" $.path .))) -}}
{{- end -}}
{{- range $kustomization.configMapGenerator -}}
  {{- $generator := set . "name" (printf "%s%s" .name ($kustomization.nameSuffix | default "")) -}}
  {{- include "chat.generate" (dict "state" $.state "into" $.state.maps "folder" $.path "generator" $generator) -}}
{{- end -}}
{{- range $kustomization.secretGenerator -}}
  {{- include "chat.generate" (dict "state" $.state "into" $.state.secrets "folder" $.path "generator" .) -}}
{{- end -}}
{{/* A Component changes all objects before it, a Kustomization only those of its own resources. */}}
{{- $from := eq $kustomization.kind "Component" | ternary 0 $before -}}
{{- range $kustomization.patches -}}
  {{- include "chat.patch-objects" (dict "state" $.state "folder" $.path "from" $from "patch" .) -}}
{{- end -}}
{{- range $object := slice .state.objects $from -}}
  {{- with $kustomization.nameSuffix -}}
    {{- include "chat.suffix" (dict "object" $object "suffix" . "maps" $.state.maps) -}}
  {{- end -}}
  {{- range $kustomization.labels }}{{ include "chat.label" (dict "object" $object "pairs" .pairs) }}{{ end -}}
{{- end -}}
{{- range $generator := $kustomization.configMapGenerator -}}
  {{- range $kustomization.labels }}{{ $_ := merge (get $.state.maps $generator.name).labels .pairs }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Applies one patch to the objects from an index on, or deletes them. Arguments: state, folder, from, patch. */}}
{{- define "chat.patch-objects" -}}
{{- $text := .patch.patch -}}
{{- if .patch.path }}{{ $text = include "chat.file" (dict "state" .state "path" (printf "%s/%s" .folder .patch.path)) }}{{ end -}}
{{- $isDeletion := eq (get (fromYaml $text) "$patch") "delete" -}}
{{- $kept := list -}}
{{- range $index, $object := .state.objects -}}
  {{- $isTarget := and (ge $index $.from) (eq "yes" (include "chat.matches" (dict "object" $object "target" $.patch.target))) -}}
  {{- if not (and $isTarget $isDeletion) }}{{ $kept = append $kept $object }}{{ end -}}
  {{- if and $isTarget (not $isDeletion) -}}
    {{- range fromYamlArray $text }}{{ include "chat.patch" (dict "object" $object "operation" .) }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- $_ := set .state "objects" $kept -}}
{{- end -}}

{{/* Appends a suffix to the name of an object, and to the names of its account and of the ConfigMaps that have it. */}}
{{- define "chat.suffix" -}}
{{- $_ := set .object.metadata "name" (printf "%s%s" .object.metadata.name .suffix) -}}
{{- with ((.object.spec).template).spec -}}
  {{- $_ := set . "serviceAccountName" (printf "%s%s" .serviceAccountName $.suffix) -}}
  {{- range (first .containers).envFrom -}}
    {{- $name := printf "%s%s" .configMapRef.name $.suffix -}}
    {{- if hasKey $.maps $name }}{{ $_ := set .configMapRef "name" $name }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Adds labels to an object, its pods, and all selectors of them. Arguments: object, pairs. */}}
{{- define "chat.label" -}}
{{- $places := list .object.metadata.labels -}}
{{- with ((.object.spec).selector).matchLabels }}{{ $places = append $places . }}{{ end -}}
{{- with ((.object.spec).template) -}}
  {{- $places = append $places .metadata.labels -}}
  {{- range .spec.topologySpreadConstraints }}{{ $places = append $places .labelSelector.matchLabels }}{{ end -}}
{{- end -}}
{{- range $place := $places }}{{ $_ := merge $place $.pairs }}{{ end -}}
{{- end -}}

{{/* Merges the data of one generator into `into`. Arguments: state, into, folder, generator. */}}
{{- define "chat.generate" -}}
{{- $entry := get .into .generator.name | default (dict "data" dict "labels" dict) -}}
{{- $_ := set .into .generator.name $entry -}}
{{- $_ := merge $entry.labels ((.generator.options).labels | default dict) -}}
{{- $lines := .generator.literals | default list -}}
{{- range .generator.envs -}}
  {{- $lines = concat $lines (include "chat.file" (dict "state" $.state "path" (printf "%s/%s" $.folder .)) | splitList "\n") -}}
{{- end -}}
{{- range $lines -}}
  {{- if and . (not (hasPrefix "#" .)) -}}
    {{- $pair := splitn "=" 2 . -}}
    {{- $_ := set $entry.data $pair._0 $pair._1 -}}
  {{- end -}}
{{- end -}}
{{- range .generator.files -}}
  {{- $_ := set $entry.data (base .) (include "chat.file" (dict "state" $.state "path" (printf "%s/%s" $.folder .))) -}}
{{- end -}}
{{- end -}}

{{/* "yes" if a patch has this object as a target. Arguments: object, target. */}}
{{- define "chat.matches" -}}
{{- $labels := .object.metadata.labels | default dict -}}
{{- $wanted := splitn "=" 2 (.target.labelSelector | default "=") -}}
{{- $isKind := has (.target.kind | default .object.kind) (list .object.kind) -}}
{{- $isName := regexMatch (printf "^(%s)$" (.target.name | default ".*")) .object.metadata.name -}}
{{- $isLabelled := or (not .target.labelSelector) (eq (get $labels $wanted._0) $wanted._1) -}}
{{- if and $isKind $isName $isLabelled }}yes{{ end -}}
{{- end -}}

{{/* Applies one operation of a JSON patch. Arguments: object, operation. */}}
{{- define "chat.patch" -}}
{{- $keys := trimPrefix "/" .operation.path | splitList "/" -}}
{{- $last := last $keys | replace "~1" "/" | replace "~0" "~" -}}
{{- $holder := dict "at" .object -}}
{{- $above := dict -}}
{{- range $key := initial $keys -}}
  {{- $_ := set $above "at" $holder.at -}}
  {{- $_ := set $above "key" $key -}}
  {{- if kindIs "slice" $holder.at }}{{ $_ := set $holder "at" (index $holder.at (int $key)) -}}
  {{- else }}{{ $_ := set $holder "at" (get $holder.at $key) }}{{ end -}}
{{- end -}}
{{- $value := .operation.value -}}
{{- if kindIs "map" $value }}{{ $value = deepCopy $value }}{{ end -}}
{{- if eq $last "-" }}{{ $_ := set $above.at $above.key (append $holder.at $value) -}}
{{- else if not (kindIs "map" $holder.at) }}{{ fail (printf "the chart does not support a patch of %s" .operation.path) -}}
{{- else if eq .operation.op "remove" }}{{ $_ := unset $holder.at $last -}}
{{- else }}{{ $_ := set $holder.at $last $value }}{{ end -}}
{{- end -}}
