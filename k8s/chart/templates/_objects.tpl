{{/* The folders that the values select, in the order in which kustomize applies them: patches change objects before them. */}}
{{- define "chat.folders" -}}
{{- $values := .Values -}}
- k8s/base
{{- if $values.dependencies.enabled }}
- k8s/overlays/dev/dependencies
{{- end }}
{{- range $sink, $relay := $values.relays }}
{{- if $relay.enabled }}
- k8s/relays/{{ $sink }}
{{- end }}
{{- end }}
{{- if $values.audit.enabled }}
- k8s/components/audit
{{- end }}
- k8s/components/{{ $values.autoscaling.kind }}
- k8s/components/migrations
{{- if $values.files.enabled }}
- k8s/components/files
{{- end }}
{{- if $values.preSend.enabled }}
- k8s/components/pre-send
{{- end }}
{{- if ne $values.route.kind "none" }}
- k8s/components/{{ $values.route.kind }}
{{- end }}
{{- if $values.networkPolicy.enabled }}
- k8s/components/network-policy
{{- if $values.networkPolicy.publicKeys }}
- k8s/overlays/prod/services/to-keys.yaml
{{- end }}
{{- range $values.networkPolicy.options }}
- k8s/components/network-{{ . }}
{{- end }}
{{- end }}
{{- if $values.monitoring.enabled }}
- k8s/components/monitoring
{{- end }}
{{- if $values.priority.enabled }}
- k8s/components/priority
{{- end }}
{{- if $values.kafkaLogin.enabled }}
- k8s/components/kafka-login
{{- if eq $values.autoscaling.kind "keda" }}
- k8s/overlays/prod/services/scaler-login.yaml
{{- end }}
{{- end }}
{{- if $values.tls.enabled }}
- k8s/components/tls
{{- end }}
{{- end -}}

{{/* Fills `state` with the objects, the ConfigMaps and the Secrets of the values. Arguments: root, state. */}}
{{- define "chat.collect" -}}
{{- $state := .state -}}
{{- range include "chat.folders" .root | fromYamlArray -}}
  {{- include "chat.add" (dict "state" $state "path" (printf "files/%s" .)) -}}
{{- end -}}
{{- range $name := list "chat-config" "chat-admin-config" -}}
  {{- range $key, $value := $.root.Values.config -}}
    {{- if not (kindIs "invalid" $value) }}{{ $_ := set (get $state.maps $name).data $key (include "chat.text" $value) }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- include "chat.own-settings" . -}}
{{- if .root.Values.dependencies.enabled }}{{ include "chat.dev-secrets" . }}{{ end -}}
{{- include "chat.require-policies" . -}}
{{- end -}}

{{/* Variables of some processes only: of each relay, of files, and of the check before sending. Arguments: root, state. */}}
{{- define "chat.own-settings" -}}
{{- $settings := dict "chat-files-config" .root.Values.files.config "chat-pre-send-config" .root.Values.preSend.config -}}
{{- range $sink, $relay := .root.Values.relays }}{{ $_ := set $settings (printf "chat-relay-config-%s" $sink) $relay.config }}{{ end -}}
{{- range $name, $variables := $settings -}}
  {{- $entry := get $.state.maps $name -}}
  {{- if $entry -}}
    {{- range $key, $value := $variables -}}
      {{- if not (kindIs "invalid" $value) }}{{ $_ := set $entry.data $key (include "chat.text" $value) }}{{ end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* A number as text: Helm reads every number as a float. */}}
{{- define "chat.text" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

{{/* The Secrets of the dev overlay: logins of the servers that this chart deploys. */}}
{{- define "chat.dev-secrets" -}}
{{- $folder := "files/k8s/overlays/dev" -}}
{{- $file := include "chat.file" (dict "state" .state "path" (printf "%s/kustomization.yaml" $folder)) | fromYaml -}}
{{- range $file.secretGenerator -}}
  {{- include "chat.generate" (dict "state" $.state "into" $.state.secrets "folder" $folder "generator" .) -}}
{{- end -}}
{{- end -}}

{{/* A ConfigMap or a Secret from generated data. Arguments: root, kind, name, entry. */}}
{{- define "chat.generated" -}}
{{- $metadata := dict "name" .name "namespace" .root.Release.Namespace -}}
{{- if .entry.labels }}{{ $_ := set $metadata "labels" .entry.labels }}{{ end -}}
{{- $object := dict "apiVersion" "v1" "kind" .kind "metadata" $metadata -}}
{{- if eq .kind "Secret" -}}
  {{- $data := dict -}}
  {{- range $key, $value := .entry.data }}{{ $_ := set $data $key (b64enc $value) }}{{ end -}}
  {{- $_ := set $object "type" "Opaque" -}}
  {{- $_ := set $object "data" $data -}}
{{- else -}}
  {{- $_ := set $object "data" .entry.data -}}
{{- end -}}
{{- toYaml $object -}}
{{- end -}}

{{/* A rule without its policy is a mistake. */}}
{{- define "chat.require-policies" -}}
{{- $names := list -}}
{{- range .state.objects }}{{ if eq .kind "NetworkPolicy" }}{{ $names = append $names .metadata.name }}{{ end }}{{ end -}}
{{- range $name, $_ := .root.Values.networkPolicy.rules -}}
  {{- if and $.root.Values.networkPolicy.enabled (not (has $name $names)) -}}
    {{- fail (printf "networkPolicy.rules.%s: there is no policy with this name; there are: %s" $name (join ", " $names)) -}}
  {{- end -}}
{{- end -}}
{{- end -}}
