//! A service that loads the best forest when it starts: `web [ADDRESS]`.
//!
//! `GET /settings` shows with which settings it runs, `POST /predict` takes the measurements of samples and
//! answers with their classes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use docktuna::{BoxError, Fallback, Load};
use docktuna_cookbook::forest::{Forest, Matrix, Trained, data};
use tokio::net::TcpListener;

struct Service {
    settings: Forest,
    forest: Trained,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let settings = Forest::loader("forest")
        .snapshot("forest.json") // written now, read when the database is down
        .on_missing(Fallback::Defaults) // the first start may come before the first study
        .load_from_env()
        .await?;
    let app = app(settings)?;
    let listener = TcpListener::bind(&address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

fn app(settings: Forest) -> Result<Router, BoxError> {
    let (x, y) = data();
    let forest = settings.train(&x, &y)?;
    Ok(Router::new()
        .route("/settings", get(show))
        .route("/predict", post(predict))
        .with_state(Arc::new(Service { settings, forest })))
}

async fn show(State(service): State<Arc<Service>>) -> String {
    format!("{:?}\n", service.settings)
}

async fn predict(
    State(service): State<Arc<Service>>,
    Json(samples): Json<Vec<Vec<f64>>>,
) -> Result<Json<Vec<u32>>, (StatusCode, String)> {
    let refused = |error: String| (StatusCode::UNPROCESSABLE_ENTITY, error);
    if samples.is_empty() || samples.iter().any(|sample| sample.len() != 30) {
        return Err(refused("a sample has 30 measurements\n".to_owned()));
    }
    let x = Matrix::from_2d_vec(&samples).map_err(|error| refused(error.to_string()))?;
    let classes = service
        .forest
        .predict(&x)
        .map_err(|error| refused(error.to_string()))?;
    Ok(Json(classes))
}

#[cfg(test)]
mod tests {
    use docktuna::{OptunaDatabase, Tunable};
    use smartcore::linalg::basic::arrays::Array;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn the_service_predicts_with_the_best_settings() -> Result<(), BoxError> {
        let db = OptunaDatabase::in_memory();
        let study = db.study::<Forest>("forest").await?;
        let best = Forest {
            trees: 12,
            ..Forest::defaults()
        };
        for (settings, accuracy) in [(Forest::defaults(), 0.5), (best.clone(), 0.9)] {
            study.enqueue(settings).await?;
            study.ask().await?.tell(accuracy).await?;
        }
        let settings = Forest::loader("forest").load(&db).await?;
        assert_eq!(settings, best);

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let app = app(settings)?;
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        let shown = request(address, "GET", "/settings", "").await?;
        assert!(shown.ends_with(&format!("{best:?}\n")), "{shown}");

        let (x, y) = data();
        let samples: Vec<Vec<f64>> = (0..40)
            .map(|row| (0..30).map(|column| *x.get((row, column))).collect())
            .collect();
        let answer = request(
            address,
            "POST",
            "/predict",
            &serde_json::to_string(&samples)?,
        )
        .await?;
        let body = answer.split("\r\n\r\n").nth(1).ok_or("no body")?;
        let classes: Vec<u32> = serde_json::from_str(body)?;
        let right = classes
            .iter()
            .zip(&y)
            .filter(|(class, truth)| class == truth)
            .count();
        assert_eq!(classes.len(), 40);
        assert!(right >= 36, "{right} of 40: {classes:?}");

        let refused = request(address, "POST", "/predict", "[[1.0, 2.0]]").await?;
        assert!(refused.starts_with("HTTP/1.1 422"), "{refused}");
        server.abort();
        Ok(())
    }

    async fn request(
        address: std::net::SocketAddr,
        method: &str,
        path: &str,
        body: &str,
    ) -> Result<String, BoxError> {
        let mut stream = TcpStream::connect(address).await?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}
