package main

import (
	"os"

	"github.com/spf13/cobra"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/flagz"
	"k8s.io/client-go/rest"
	"k8s.io/component-base/cli"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/component-base/cli/globalflag"
	basecompatibility "k8s.io/component-base/compatibility"
	"k8s.io/component-base/featuregate"
	"k8s.io/component-base/logs"
	logsapi "k8s.io/component-base/logs/api/v1"
	"k8s.io/component-base/version/verflag"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

const openShiftFlag = "--openshift"

// kubeAPIServer is upstream's own command. With --openshift as its first argument OpenShift's
// admission is built in, for which upstream's command has no hook: then its steps are taken here.
func kubeAPIServer() int {
	if len(os.Args) > 1 && os.Args[1] == openShiftFlag {
		os.Args = append(os.Args[:1:1], os.Args[2:]...)
		return cli.Run(openShiftCommand())
	}
	return cli.Run(apiserver.NewAPIServerCommand())
}

func openShiftCommand() *cobra.Command {
	server := options.NewServerRunOptions()
	registry := server.GenericServerRunOptions.ComponentGlobalsRegistry
	gate := registry.FeatureGateFor(basecompatibility.DefaultKubeComponent)
	command := &cobra.Command{
		Use:          "kube-apiserver",
		SilenceUsage: true,
		Args:         cobra.NoArgs,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			rest.SetDefaultWarningHandler(rest.NoWarnings{})
			return registry.Set()
		},
		RunE: func(command *cobra.Command, _ []string) error {
			verflag.PrintAndExitIfRequested()
			if err := logsapi.ValidateAndApply(server.Logs, gate); err != nil {
				return err
			}
			cliflag.PrintFlags(command.Flags())
			gate.(featuregate.MutableFeatureGate).AddMetrics()
			registry.AddMetrics()
			return serve(command, server)
		},
	}
	command.SetContext(genericapiserver.SetupSignalContext())
	flags := server.Flags()
	server.Flagz = flagz.NamedFlagSetsReader{FlagSets: flags}
	verflag.AddFlags(flags.FlagSet("global"))
	globalflag.AddGlobalFlags(flags.FlagSet("global"), command.Name(), logs.SkipLoggingConfigurationFlags())
	for _, set := range flags.FlagSets {
		command.Flags().AddFlagSet(set)
	}
	return command
}

func serve(command *cobra.Command, server *options.ServerRunOptions) error {
	constraints := newConstraints()
	constraints.register(server.Admission.GenericAdmission)
	completed, err := server.Complete(command.Context())
	if err != nil {
		return err
	}
	if faults := completed.Validate(); len(faults) != 0 {
		return faults[0]
	}
	config, err := apiserver.NewConfig(completed)
	if err != nil {
		return err
	}
	if err := constraints.connect(config); err != nil {
		return err
	}
	complete, err := config.Complete()
	if err != nil {
		return err
	}
	chain, err := apiserver.CreateServerChain(complete)
	if err != nil {
		return err
	}
	prepared, err := chain.PrepareRun()
	if err != nil {
		return err
	}
	return prepared.Run(command.Context())
}
