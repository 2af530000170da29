{{/* Applies the values to the objects. The argument of each template: root, state, object. */}}

{{- define "chat.image" -}}
{{- with .Values.image -}}
{{- .repository -}}{{- if .digest }}@{{ .digest }}{{ else }}:{{ .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Replaces a field if the value is not null. Arguments: in, key, value. */}}
{{- define "chat.set" -}}
{{- if not (kindIs "invalid" .value) }}{{ $_ := set .in .key .value }}{{ end -}}
{{- end -}}

{{/* Sets the namespace, and applies the values to an object by its kind. */}}
{{- define "chat.with-values" -}}
{{- $object := .object -}}
{{- if ne $object.kind "PriorityClass" }}{{ $_ := set $object.metadata "namespace" .root.Release.Namespace }}{{ end -}}
{{- if eq $object.kind "CronJob" -}}
  {{- include "chat.pod" (dict "root" .root "state" .state "object" $object "template" $object.spec.jobTemplate.spec.template) -}}
{{- else if has $object.kind (list "Deployment" "Job") -}}
  {{- include "chat.pod" (dict "root" .root "state" .state "object" $object "template" $object.spec.template) -}}
{{- end -}}
{{- $name := printf "chat.%s" (kebabcase $object.kind) -}}
{{- if has $object.kind (list "Deployment" "Service" "HorizontalPodAutoscaler" "ScaledObject" "PodDisruptionBudget" "NetworkPolicy" "Gateway" "HTTPRoute" "Ingress") -}}
  {{- include $name . -}}
{{- end -}}
{{- include "chat.hash-suffix" $object -}}
{{- end -}}

{{/* The values of a workload, as YAML. Arguments: root, name. */}}
{{- define "chat.values-of" -}}
{{- $values := .root.Values -}}
{{- toYaml (get $values .name | default (get $values.relays (trimPrefix "relay-" .name))) -}}
{{- end -}}

{{- define "chat.pod" -}}
{{- $root := .root -}}
{{- $pod := .template.spec -}}
{{- range concat ($pod.initContainers | default list) $pod.containers -}}
  {{- if eq .image "chat-service" -}}
    {{- $_ := set . "image" (include "chat.image" $root) -}}
    {{- $_ := set . "imagePullPolicy" $root.Values.image.pullPolicy -}}
  {{- end -}}
{{- end -}}
{{- $_ := mergeOverwrite $pod (deepCopy $root.Values.pod) -}}
{{- end -}}

{{- define "chat.deployment" -}}
{{- $service := get .object.metadata.labels "app.kubernetes.io/name" -}}
{{- $users := .root.Values.kafkaLogin.users -}}
{{- $values := include "chat.values-of" (dict "root" .root "name" .object.metadata.name) | fromYaml -}}
{{- $template := .object.spec.template -}}
{{- include "chat.set" (dict "in" .object.spec "key" "minReadySeconds" "value" $values.minReadySeconds) -}}
{{- include "chat.set" (dict "in" $template.spec "key" "terminationGracePeriodSeconds" "value" $values.terminationGracePeriodSeconds) -}}
{{- $container := first $template.spec.containers -}}
{{- include "chat.set" (dict "in" $container "key" "resources" "value" $values.resources) -}}
{{- range $container.env -}}
  {{- if and $values.heapMiB (eq .name "NODE_OPTIONS") -}}
    {{- $_ := set . "value" (printf "--max-old-space-size=%v" $values.heapMiB) -}}
  {{- else if and (eq .name "KAFKA_USERNAME") (hasKey $users $service) -}}
    {{- $_ := set . "value" (get $users $service) -}}
  {{- end -}}
{{- end -}}
{{- include "chat.checksums" . -}}
{{- end -}}

{{/* A change of a ConfigMap or a Secret of the variables rolls the pods at the next upgrade. */}}
{{- define "chat.checksums" -}}
{{- $template := .object.spec.template -}}
{{- $container := first $template.spec.containers -}}
{{- $config := list -}}
{{- range $container.envFrom }}{{ $config = append $config (get $.state.maps .configMapRef.name).data }}{{ end -}}
{{- $secrets := dict -}}
{{- range $container.env -}}
  {{- with (.valueFrom).secretKeyRef }}{{ $_ := set $secrets .name (include "chat.secret-data" (dict "root" $.root "state" $.state "name" .name)) }}{{ end -}}
{{- end -}}
{{- $checksums := dict "checksum/config" $config "checksum/secret" $secrets -}}
{{- range $key, $data := $checksums -}}
  {{- $annotations := $template.metadata.annotations | default dict -}}
  {{- $_ := set $template.metadata "annotations" (set $annotations $key ($data | toJson | sha256sum)) -}}
{{- end -}}
{{- end -}}

{{/* The data of a Secret of the chart or of the cluster, as YAML. Arguments: root, state, name. */}}
{{- define "chat.secret-data" -}}
{{- $secret := get .state.secrets .name | default (lookup "v1" "Secret" .root.Release.Namespace .name) -}}
{{- toYaml ($secret.data | default dict) -}}
{{- end -}}

{{- define "chat.service" -}}
{{- if eq .object.metadata.name "gateway" -}}
  {{- include "chat.set" (dict "in" .object.spec "key" "type" "value" .root.Values.gateway.serviceType) -}}
{{- end -}}
{{- end -}}

{{- define "chat.horizontal-pod-autoscaler" -}}
{{- $values := get .root.Values .object.metadata.name -}}
{{- $_ := set .object.spec "minReplicas" $values.replicas.min -}}
{{- $_ := set .object.spec "maxReplicas" $values.replicas.max -}}
{{- include "chat.set" (dict "in" .object.spec.behavior "key" "scaleDown" "value" .root.Values.autoscaling.scaleDown) -}}
{{- end -}}

{{- define "chat.scaled-object" -}}
{{- $values := include "chat.values-of" (dict "root" .root "name" .object.metadata.name) | fromYaml -}}
{{- $_ := set .object.spec "minReplicaCount" $values.replicas.min -}}
{{- $_ := set .object.spec "maxReplicaCount" $values.replicas.max -}}
{{- $behavior := .object.spec.advanced.horizontalPodAutoscalerConfig.behavior -}}
{{- include "chat.set" (dict "in" $behavior "key" "scaleDown" "value" .root.Values.autoscaling.scaleDown) -}}
{{- range .object.spec.triggers -}}
  {{- if eq .type "prometheus" -}}
    {{- include "chat.set" (dict "in" .metadata "key" "serverAddress" "value" $.root.Values.autoscaling.prometheusUrl) -}}
    {{- $_ := set .metadata "query" (.metadata.query | replace "namespace=\"chat\"" (printf "namespace=\"%s\"" $.root.Release.Namespace)) -}}
  {{- else if eq .type "kafka" -}}
    {{- $_ := set .metadata "bootstrapServers" (get $.state.maps "chat-config").data.KAFKA_BROKERS -}}
    {{- include "chat.kafka-trigger" (dict "root" $.root "trigger" .) -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* KEDA logs in to Kafka too. Arguments: root, trigger. */}}
{{- define "chat.kafka-trigger" -}}
{{- if .root.Values.tls.enabled }}{{ $_ := set .trigger.metadata "tls" "enable" }}{{ end -}}
{{- if .root.Values.kafkaLogin.enabled -}}
  {{- $_ := set .trigger.metadata "sasl" "scram_sha512" -}}
  {{- $_ := set .trigger "authenticationRef" (dict "name" "kafka") -}}
{{- end -}}
{{- end -}}

{{/* The fields of networkPolicy.rules replace those of the last rule of the policy; an empty list allows every peer. */}}
{{- define "chat.network-policy" -}}
{{- $rules := .object.spec.egress | default .object.spec.ingress -}}
{{- range $field, $value := get .root.Values.networkPolicy.rules .object.metadata.name | default dict -}}
  {{- if $value }}{{ $_ := set (last $rules) $field $value }}{{ else }}{{ $_ := unset (last $rules) $field }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "chat.pod-disruption-budget" -}}
{{- include "chat.set" (dict "in" .object.spec "key" "maxUnavailable" "value" .root.Values.disruption.maxUnavailable) -}}
{{- end -}}

{{- define "chat.gateway" -}}
{{- $route := .root.Values.route -}}
{{- include "chat.set" (dict "in" .object.spec "key" "gatewayClassName" "value" $route.className) -}}
{{- range .object.spec.listeners -}}
  {{- $_ := set . "hostname" $route.host -}}
  {{- $_ := set (first .tls.certificateRefs) "name" $route.certificateSecret -}}
{{- end -}}
{{- include "chat.annotate" . -}}
{{- end -}}

{{- define "chat.http-route" -}}
{{- $_ := set .object.spec "hostnames" (list .root.Values.route.host) -}}
{{- end -}}

{{- define "chat.ingress" -}}
{{- $route := .root.Values.route -}}
{{- include "chat.set" (dict "in" .object.spec "key" "ingressClassName" "value" $route.className) -}}
{{- $_ := set .object.spec "tls" (list (dict "hosts" (list $route.host) "secretName" $route.certificateSecret)) -}}
{{- $_ := set (first .object.spec.rules) "host" $route.host -}}
{{- include "chat.annotate" . -}}
{{- end -}}

{{- define "chat.annotate" -}}
{{- with .root.Values.route.annotations -}}
  {{- $_ := set $.object.metadata "annotations" (merge (deepCopy .) ($.object.metadata.annotations | default dict)) -}}
{{- end -}}
{{- end -}}

{{/* A job cannot change: kustomize and the chart append a hash of the object to the name of an object with this annotation. */}}
{{- define "chat.hash-suffix" -}}
{{- $key := "internal.config.kubernetes.io/needsHashSuffix" -}}
{{- $annotations := .metadata.annotations | default dict -}}
{{- if hasKey $annotations $key -}}
  {{- $_ := unset $annotations $key -}}
  {{- if not $annotations }}{{ $_ := unset .metadata "annotations" }}{{ end -}}
  {{- $_ := set .metadata "name" (printf "%s-%s" .metadata.name (. | toJson | sha256sum | trunc 10)) -}}
{{- end -}}
{{- end -}}
