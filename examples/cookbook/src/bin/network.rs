//! Tunes a network of candle on handwritten digits: `network [TRIALS]`.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{
    Activation, AdamW, Linear, Module, Optimizer, ParamsAdamW, SGD, VarBuilder, VarMap, linear,
    loss,
};
use docktuna::pruner::Median;
use docktuna::{BoxError, OptunaDatabase, Tunable};
use smartcore::dataset::digits;

const EPOCHS: u32 = 20;
const BATCH: usize = 64;

/// Settings of the network.
#[derive(Tunable, Debug, Clone)]
#[tune(minimize = "validation loss")]
struct Settings {
    /// Units of each hidden layer.
    #[tune(range = 8..=64, log, len = 1..=3)]
    hidden: Vec<usize>,
    activation: Nonlinearity,
    optimizer: Algorithm,
}

#[derive(Tunable, Debug, Clone, Copy)]
#[tune(rename_all = "snake_case")]
enum Nonlinearity {
    Relu,
    Gelu,
}

/// Both have a learning rate, and only one has a weight decay.
#[derive(Tunable, Debug, Clone, Copy)]
#[tune(rename_all = "snake_case")]
enum Algorithm {
    Sgd {
        #[tune(range = 1e-2..=1.0, log)]
        lr: f64,
    },
    AdamW {
        #[tune(range = 1e-4..=1e-1, log)]
        lr: f64,
        #[tune(range = 1e-6..=1e-1, log)]
        weight_decay: f64,
    },
}

#[tokio::main]
async fn main() -> std::result::Result<(), BoxError> {
    let trials = std::env::args()
        .nth(1)
        .map_or(Ok(30), |trials| trials.parse())?;
    let db = OptunaDatabase::from_env_or_sqlite("docktuna.db").await?;
    println!("database: {}", db.description());
    tune(&db, trials, EPOCHS).await?;
    db.close().await;
    Ok(())
}

/// Runs `trials` trials, and returns the loss of the best one.
async fn tune(
    db: &OptunaDatabase,
    trials: usize,
    epochs: u32,
) -> std::result::Result<f64, BoxError> {
    let data = Data::load(&Device::Cpu)?;
    let study = db
        .study_builder::<Settings>("digits")
        .pruner(Median::default())
        .open()
        .await?;
    study
        .optimize_blocking(move |settings, trial| {
            let mut network = Network::new(&settings)?;
            let mut loss = f64::INFINITY;
            for epoch in 0..epochs {
                loss = network.epoch(&data)?;
                trial.report(epoch, loss)?;
                trial.prune_if_needed()?;
            }
            Ok(loss)
        })
        .trials(trials)
        .run()
        .await?;
    let best = study.best().await?;
    println!(
        "trial {} reached {:.4}: {:?}",
        best.number, best.value, best.config
    );
    Ok(best.value)
}

struct Network {
    layers: Vec<Linear>,
    activation: Activation,
    optimizer: Trainer,
}

enum Trainer {
    Sgd(SGD),
    AdamW(AdamW),
}

impl Network {
    fn new(settings: &Settings) -> Result<Self> {
        let vars = VarMap::new();
        let builder = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
        let mut sizes = vec![64];
        sizes.extend(&settings.hidden);
        sizes.push(10);
        let pairs = sizes.windows(2).enumerate();
        let layers = pairs
            .map(|(at, pair)| linear(pair[0], pair[1], builder.pp(at)))
            .collect::<Result<_>>()?;
        let activation = match settings.activation {
            Nonlinearity::Relu => Activation::Relu,
            Nonlinearity::Gelu => Activation::Gelu,
        };
        let optimizer = match settings.optimizer {
            Algorithm::Sgd { lr } => Trainer::Sgd(SGD::new(vars.all_vars(), lr)?),
            Algorithm::AdamW { lr, weight_decay } => {
                let params = ParamsAdamW {
                    lr,
                    weight_decay,
                    ..ParamsAdamW::default()
                };
                Trainer::AdamW(AdamW::new(vars.all_vars(), params)?)
            }
        };
        Ok(Self {
            layers,
            activation,
            optimizer,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        for (at, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&x)?;
            if at + 1 < self.layers.len() {
                x = self.activation.forward(&x)?;
            }
        }
        Ok(x)
    }

    /// Trains on every image once, and returns the loss on the images that it is not trained on.
    fn epoch(&mut self, data: &Data) -> Result<f64> {
        for (x, y) in &data.batches {
            let loss = loss::cross_entropy(&self.forward(x)?, y)?;
            match &mut self.optimizer {
                Trainer::Sgd(sgd) => sgd.backward_step(&loss)?,
                Trainer::AdamW(adam) => adam.backward_step(&loss)?,
            }
        }
        let (x, y) = &data.valid;
        let loss = loss::cross_entropy(&self.forward(x)?, y)?;
        Ok(loss.to_scalar::<f32>()?.into())
    }
}

struct Data {
    batches: Vec<(Tensor, Tensor)>,
    valid: (Tensor, Tensor),
}

impl Data {
    /// The 1797 images of 8 by 8 pixels that come with smartcore; the last fifth is for validation.
    fn load(device: &Device) -> Result<Self> {
        let set = digits::load_dataset();
        let pixels: Vec<f32> = set.data.iter().map(|pixel| pixel / 16.0).collect();
        let x = Tensor::from_vec(pixels, (set.num_samples, set.num_features), device)?;
        let y = Tensor::from_vec(set.target, set.num_samples, device)?.to_dtype(DType::U32)?;
        let train = set.num_samples * 4 / 5;
        let part = |from: usize, to: usize| -> Result<(Tensor, Tensor)> {
            Ok((x.narrow(0, from, to - from)?, y.narrow(0, from, to - from)?))
        };
        let batches = (0..train)
            .step_by(BATCH)
            .map(|from| part(from, train.min(from + BATCH)))
            .collect::<Result<_>>()?;
        Ok(Self {
            batches,
            valid: part(train, set.num_samples)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn networks_learn_the_digits() -> std::result::Result<(), BoxError> {
        let db = OptunaDatabase::in_memory();
        let loss = tune(&db, 4, 3).await?;
        // Without learning it is the logarithm of ten classes, 2.30.
        assert!(loss < 1.5, "{loss}");
        Ok(())
    }
}
